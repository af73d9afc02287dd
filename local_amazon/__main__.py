"""`python -m local_amazon`."""

import sys

from local_amazon.cli import main

sys.exit(main())
