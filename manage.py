#!/usr/bin/env python
from partners.command_line import main

if __name__ == "__main__":
    main()
