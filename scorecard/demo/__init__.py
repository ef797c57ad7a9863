"""The demo city: a synthetic prefecture's inputs for 2019, for trying things out and for tests.

`write_demo` fills an inbox; the same seed gives the same bytes. `event_maker` writes its events for
any span, such as a single day. Nothing in here names a real person, and nothing outside of this
package depends on it. `names` holds the words, `departments` the cast, `deliveries` what comes
when, `troubles` what goes wrong.
"""

from scorecard.demo.event_files import event_maker
from scorecard.demo.heavy import EventMaker
from scorecard.demo.troubles import Trouble
from scorecard.demo.write import DemoSummary, write_demo

__all__ = ["DemoSummary", "EventMaker", "Trouble", "event_maker", "write_demo"]
