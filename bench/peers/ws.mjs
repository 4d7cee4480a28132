// A plain broadcast server on ws: what /publish says goes to everybody on /subscribe.
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 4096, perMessageDeflate: false });
const subscribers = new Set();

server.on("connection", (socket, request) => {
  if (request.url === "/subscribe") {
    subscribers.add(socket);
    socket.on("close", () => subscribers.delete(socket));
    return;
  }
  socket.on("message", (data) => {
    for (const subscriber of subscribers) subscriber.send(data, { binary: false });
  });
});
server.on("listening", () => console.log(`listening ${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
