"""An HTTPS server and its client, on loopback: CERTIFICATE KEY."""

import http.server
import ssl
import sys
import threading
import urllib.request

CERTIFICATE, KEY = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"body of " + self.path.encode() + b"x" * 2000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, args=(0.05,)).start()
trust = ssl.create_default_context(cafile=CERTIFICATE)
# Loopback alone: what the environment says of proxies does not count.
opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
)
for number in range(5):
    with opener.open(f"https://127.0.0.1:{server.server_port}/{number}") as answer:
        assert answer.read().startswith(b"body of /%d" % number)
server.shutdown()
