// What every page loads. Behaviour is by attribute, so pages need no code of their own.
import htmx from "htmx.org";
import Alpine from "@alpinejs/csp";

import { start as bulk } from "./lib/lists.js";
import { start as charts } from "./lib/lazycharts.js";
import { start as copying } from "./lib/copy.js";
import { start as dialogs } from "./lib/dialogs.js";
import { start as fields } from "./lib/fields.js";
import { start as forms } from "./lib/forms.js";
import { start as loading } from "./lib/loading.js";
import { start as menus } from "./lib/menus.js";
import { start as palette } from "./lib/palette.js";
import { start as rows } from "./lib/rows.js";
import { start as shell } from "./lib/shell.js";
import { start as toasts } from "./lib/toasts.js";

window.htmx = htmx;
window.Alpine = Alpine;
for (const begin of [toasts, shell, menus, dialogs, copying, forms, fields, rows, bulk, palette, loading, charts]) begin();
// Page scripts are modules after this one: they may still register components.
document.addEventListener("DOMContentLoaded", () => Alpine.start());
