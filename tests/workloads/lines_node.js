// Files, a server and its client on loopback, and a child, in the folder given.
const fs = require("fs");
const http = require("http");
const path = require("path");
const { execFileSync } = require("child_process");

const file = path.join(process.argv[2], "file é");
fs.writeFileSync(file, "x".repeat(5000));
fs.promises.readFile(file).then((data) => fs.promises.appendFile(file, data.subarray(0, 10)));
execFileSync("true");
const server = http.createServer((request, response) => response.end("hello " + request.url));
server.listen(0, "127.0.0.1", () => {
  http.get({ port: server.address().port, host: "127.0.0.1", path: "/x", agent: false }, (got) => {
    got.on("data", (data) => console.log(String(data)));
    got.on("end", () => setTimeout(() => server.close(), 20));
  });
});
