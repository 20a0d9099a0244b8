"""A real PostgreSQL and a real Redis-compatible server out of wheels, run by this project.

They are the default database and broker: started as ordinary child processes on unix sockets in a
private folder, so there is no port, no password and no set-up. `DATABASE_URL` and `REDIS_URL`
choose other servers. docs/OPERATIONS.md tells how to live with them.

The death signal is tied to the thread that starts a server: start them from the main thread.
"""

from config.embedded.errors import CannotStart
from config.embedded.home import Home
from config.embedded.servers import Servers, start_servers

__all__ = ["CannotStart", "Home", "Servers", "start_servers"]
