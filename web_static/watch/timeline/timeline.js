/** Where a party is and how to stay with it: the hub's clock, the room's timeline, and the steering. No DOM. */

export { Clock, median } from "./clock.js";
export { Controller } from "./controller.js";
export { Timeline } from "./state.js";
