"""The 45 acceptance items of PackageX, shown by requests of a client.

packagex.py <binary> [sqlite] [postgres]
"""

import packagex_filters
import packagex_reading
import packagex_rules
import packagex_search
import packagex_transport
import packagex_writes
import runner

if __name__ == "__main__":
    runner.run("packagex", 45, [packagex_transport, packagex_reading, packagex_filters, packagex_search,
                                packagex_writes, packagex_rules])
