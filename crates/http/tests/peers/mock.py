# The OpenID provider of oidc-provider-mock for the tests: it says any claims, set with PUT /users/{sub}. Prints its port; ends with stdin.
import sys
import warnings

warnings.simplefilter("ignore")
from oidc_provider_mock import run_server_in_thread  # noqa: E402

with run_server_in_thread(port=0, require_nonce=True) as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
