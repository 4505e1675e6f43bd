# shellcheck shell=sh disable=SC2154  # parameters and what stands before come in front
# Files of a node: staged, put in place at once, saved and put back.

sha() { # of a file; a pipe or a folder in its place is nothing that we know
  if [ -f "$1" ]; then sha256sum <"$1" | cut -d ' ' -f 1; elif [ -e "$1" ]; then echo 'no file'; else echo absent; fi
}
own() { [ "$(stat -c '%u:%g' "$2")" = "$1" ] || chown "$1" "$2"; }
flush() { sync "$1" 2>/dev/null || sync; }

# A staged name starts with a dot, so no kubelet runs it, and lies in the same folder, so the rename is atomic. WHICH is
# new (what is to be written) or old (what was there). Whoever holds the lock is alone with these names.
staged() { printf '%s/.kubewitness.%s.%s' "${1%/*}" "${1##*/}" "$2"; } # DESTINATION WHICH
taken_away() { # PATH: nothing has this name now, so nothing is written through a link that lay there
  rm -f "$1" 2>/dev/null
  [ ! -e "$1" ] && [ ! -L "$1" ]
}
stage() { # SOURCE DESTINATION WHICH MODE OWNER: everything that can fail for want of room
  g_part=$(staged "$2" "$3")
  taken_away "$g_part" || return 1
  cp "$1" "$g_part" && own "$5" "$g_part" && chmod "$4" "$g_part" && flush "$g_part" && return 0
  rm -f "$g_part"
  return 1
}
commit() { # DESTINATION WHICH
  mv -f "$(staged "$1" "$2")" "$1" && flush "${1%/*}"
}
unstage() { # DESTINATION...: what is staged and not needed any more, by this run or by one that was killed
  for u_file in "$@"; do
    [ -z "$u_file" ] || rm -f "$(staged "$u_file" new)" "$(staged "$u_file" old)" 2>/dev/null
  done
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
  r_list=$(at "$STATE_DIR/runs/$1/made") && [ -f "$r_list" ] || return 0
  while IFS= read -r r_folder; do if r_folder=$(at "$r_folder"); then rmdir "$r_folder" 2>/dev/null; fi; done <"$r_list"
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
stage_back() { # NAME FILE: what `save` saw; a disk that is full later is then no hindrance
  if [ -e "$run/$1.absent" ]; then return 0; fi
  read -r b_mode b_owner <"$run/$1.shape" && stage "$run/$1.old" "$2" old "$b_mode" "$b_owner"
}
put_back() { # NAME FILE: what `save` saw; a file is removed only where it was seen that there was none
  if [ -e "$run/$1.absent" ]; then rm -f "$2"; else commit "$2" old; fi
}
by_copy() { # NAME PATH: the same, as a person does it
  if [ -e "$run/$1.absent" ]; then printf 'remove %s' "$2"; else printf 'copy %s over %s' "$STATE_DIR/runs/$RUN/$1.old" "$2"; fi
}
