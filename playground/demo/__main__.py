"""python -m playground.demo: the same as `eyeglass demo`."""

import sys

from playground.demo.play import main

sys.exit(main())
