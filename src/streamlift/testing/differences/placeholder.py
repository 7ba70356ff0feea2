"""What stands in a redacted stream in the place of a value."""

from __future__ import annotations

import re

NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
PLACEHOLDER = re.compile(rf"<{NAME.pattern}#[1-9]\d*>", re.ASCII)
