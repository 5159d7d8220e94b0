// On a tablet: today's latest receipts beside the scan button, each a way to undo it.
import { getJson } from "../http.js";
import { sayPoints } from "./words.js";

const WIDE = "(width >= 48rem)";
const SHOWN = 8;

/** Draw the list anew; where there is no room for it, or no network, nothing happens. */
export async function drawToday(aside, { address, receipt, outlet }) {
  if (!matchMedia(WIDE).matches) return;
  try {
    const today = await getJson(address, { headers: outlet ? { "X-Outlet": outlet } : {}, cache: "no-store" });
    aside.querySelector("ul").replaceChildren(...today.receipts.slice(0, SHOWN).map((each) => row(each, receipt)));
    aside.hidden = today.receipts.length === 0;
  } catch {
    // what stands there stays
  }
}

function row(receipt, address) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.className = "row";
  link.href = address.replace("NUMBER", receipt.receipt);
  const name = document.createElement("bdi");
  name.textContent = receipt.name;
  const points = document.createElement("span");
  points.className = "row__end";
  points.textContent = sayPoints(receipt.points - receipt.given_back);
  const body = document.createElement("span");
  body.className = "row__body";
  body.append(name);
  link.append(body, points);
  item.append(link);
  return item;
}
