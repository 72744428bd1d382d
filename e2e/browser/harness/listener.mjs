/** Something on the network that nobody may reach: it counts whatever is said to it. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";

export class Listener {
  heard = [];

  static async open() {
    const listener = new Listener();
    listener.server = createServer((_request, response) => {
      response.writeHead(200, { "Access-Control-Allow-Origin": "*" }).end("heard");
    });
    // Chromium opens connections in advance, before it asks the policy; what counts is that not one byte follows.
    listener.server.on("connection", (socket) => socket.prependOnceListener("data", (bytes) => listener.heard.push(String(bytes).slice(0, 80))));
    await once(listener.server.listen(0, "127.0.0.1"), "listening");
    listener.port = listener.server.address().port;
    listener.datagrams = createSocket("udp4", () => listener.heard.push("datagram"));
    await new Promise((resolve) => listener.datagrams.bind(listener.port, "127.0.0.1", resolve));
    return listener;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  async close() {
    this.datagrams.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
