"""``python -m kubewitness``: the same as the command."""

from kubewitness.cli import main

if __name__ == "__main__":
    main()
