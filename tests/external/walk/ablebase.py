"""The 49 acceptance items of Ablebase, shown by requests of a client.

ablebase.py <binary> [sqlite] [postgres]
"""

import ablebase_access
import ablebase_change
import ablebase_create
import ablebase_dates
import ablebase_future
import ablebase_read
import ablebase_sign_in
import runner
from ablebase_words import prepare

if __name__ == "__main__":
    runner.run("ablebase", 49, [ablebase_sign_in, ablebase_access, ablebase_create, ablebase_read, ablebase_dates,
                                ablebase_change, ablebase_future], prepare)
