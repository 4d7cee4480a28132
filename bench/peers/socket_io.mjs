// A socket.io server with one room: "join" puts the sender in, "publish" is emitted to the room.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });

io.on("connection", (socket) => {
  socket.on("join", (joined) => {
    socket.join("room");
    joined();
  });
  socket.on("publish", (data) => io.to("room").emit("publication", data));
});
http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => console.log(`listening ${http.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
