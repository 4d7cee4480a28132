/** A page that has nothing of its own to do. */

import { openPage } from "./shell.js";

openPage();
