"""Lets the tests of this room import its modules."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
