/** Browsers cut higher elements, Firefox at 17.8 million px and Chromium at 33.5 million; none does far below that. */
const MOST_PX = 4_000_000;

export interface ScrollArea {
  /** Px of the list, as if it could all be laid out. */
  readonly listPx: number;
  readonly viewPx: number;
}

/** Height of the element that is scrolled. Lists that fit keep their own. */
export function scrolledPx({ listPx, viewPx }: ScrollArea): number {
  return Math.max(viewPx, Math.min(listPx, MOST_PX));
}

export function isScaled({ listPx }: ScrollArea): boolean {
  return listPx > MOST_PX;
}

/** Where in the list an element stands that is scrolled to `scrollTop`: both ends meet both ends. */
export function listTopOf(area: ScrollArea, scrollTop: number): number {
  if (!isScaled(area)) return clampTop(area, scrollTop);
  const most = scrolledPx(area) - area.viewPx;
  return most <= 0 ? 0 : clampTop(area, (scrollTop / most) * (area.listPx - area.viewPx));
}

/** The other way. */
export function scrollTopOf(area: ScrollArea, listTop: number): number {
  if (!isScaled(area)) return clampTop(area, listTop);
  const most = area.listPx - area.viewPx;
  return most <= 0 ? 0 : (clampTop(area, listTop) / most) * (scrolledPx(area) - area.viewPx);
}

/** A place that the list can be scrolled to. */
export function clampTop({ listPx, viewPx }: ScrollArea, listTop: number): number {
  return Math.min(Math.max(0, listTop), Math.max(0, listPx - viewPx));
}

export interface RowSpan {
  readonly first: number;
  /** Not included. */
  readonly end: number;
}

/** Rows of one height that are at least partly in view. */
export function rowsInView(
  area: ScrollArea,
  { listTop, rowPx, rows }: { readonly listTop: number; readonly rowPx: number; readonly rows: number },
): RowSpan {
  const first = Math.max(0, Math.floor(listTop / rowPx));
  return { first: Math.min(first, rows), end: Math.min(rows, Math.ceil((listTop + area.viewPx) / rowPx)) };
}

/** Where to scroll so that the row is wholly in view; as little as that takes. */
export function topShowingRow(
  area: ScrollArea,
  { listTop, rowPx, row }: { readonly listTop: number; readonly rowPx: number; readonly row: number },
): number {
  const top = row * rowPx;
  if (top < listTop) return clampTop(area, top);
  const bottom = top + rowPx - area.viewPx;
  return clampTop(area, bottom > listTop ? bottom : listTop);
}
