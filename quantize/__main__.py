"""`python -m quantize`: parse and delegate."""

from quantize.cli import main

if __name__ == "__main__":
    main()
