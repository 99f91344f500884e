"""From many clients at once to how many searches a second a shop answers, and how soon."""

from __future__ import annotations

ANSWERED, REFUSED = "answered", "refused"
"""What each search is counted as."""
