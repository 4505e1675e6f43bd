# shellcheck shell=sh disable=SC2154  # parameters and what stands before come in front
# Files of a node: staged, put in place at once, saved and put back.

sha() { if [ -e "$1" ]; then sha256sum <"$1" | cut -d ' ' -f 1; else echo absent; fi; }
own() { [ "$(stat -c '%u:%g' "$2")" = "$1" ] || chown "$1" "$2"; }
flush() { sync "$1" 2>/dev/null || sync; }

# The staged name starts with a dot, so no kubelet runs it, and lies in the same folder, so the rename is atomic.
staged() { printf '%s/.kubewitness.%s.%s%s' "${1%/*}" "${1##*/}" $$ "$2"; }
stage() { # SOURCE DESTINATION MODE OWNER [SUFFIX]: everything that can fail for want of room
  g_part=$(staged "$2" "$5")
  rm -f "$g_part" # in a file tree anything may lie there, a link too
  cp "$1" "$g_part" && own "$4" "$g_part" && chmod "$3" "$g_part" && flush "$g_part" && return 0
  rm -f "$g_part"
  return 1
}
commit() { # DESTINATION [SUFFIX]
  mv -f "$(staged "$1" "$2")" "$1" && flush "${1%/*}"
}
unstage() { # of this run, and of those that were killed: whoever asks holds the lock
  for u_file in "$@"; do [ -z "$u_file" ] || rm -f "${u_file%/*}/.kubewitness.${u_file##*/}".*; done
}

made=''
folder() { # make it and what it lies in, and remember what was made, the innermost first
  [ -z "$1" ] || [ -d "$1" ] || { folder "${1%/*}" && mkdir "$1" && made="$1
$made"; }
}
remove_made() { # only what this run made, and only where it is still empty
  printf '%s' "$made" | while IFS= read -r r_folder; do rmdir "$r_folder" 2>/dev/null; done
}
note_made() { # for whoever undoes this run
  printf '%s' "$made" | while IFS= read -r r_folder; do printf '%s\n' "${r_folder#"$ROOT"}"; done >"$run/made"
}
remove_made_by() { # RUN: the same for an earlier run
  [ -f "$state/runs/$1/made" ] || return 0
  while IFS= read -r r_folder; do if r_folder=$(at "$r_folder"); then rmdir "$r_folder" 2>/dev/null; fi; done <"$state/runs/$1/made"
}

save() { # NAME FILE SHA256: a copy into the run's folder, or the note that there was none; fails where it is not SHA256
  if [ -e "$2" ]; then
    cp -p "$2" "$run/$1.old" && stat -L -c '%a %u:%g' "$2" >"$run/$1.shape" || return 1
  else
    true >"$run/$1.absent" || return 1
  fi
  flush "$run"
  [ "$(sha "$run/$1.old")" = "$3" ]
}
stage_back() { # NAME FILE: what `save` saw, ready to take its place again without any room
  [ ! -e "$run/$1.old" ] || { read -r b_mode b_owner <"$run/$1.shape" && stage "$run/$1.old" "$2" "$b_mode" "$b_owner" .back; }
}
put_back() { # NAME FILE: a file is removed only where it was seen that there was none
  if [ -e "$run/$1.old" ]; then
    { [ -e "$(staged "$2" .back)" ] || stage_back "$1" "$2"; } && commit "$2" .back
  else
    [ -e "$run/$1.absent" ] && rm -f "$2"
  fi
}
