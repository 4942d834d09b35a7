import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { clampTop, isScaled, listTopOf, type ScrollArea, scrollTopOf } from "./scroll-scale.ts";

interface GridScrollOptions {
  readonly rows: number;
  readonly rowPx: number;
  /** Height of what stays at the top. */
  readonly headerPx: number;
}

export interface GridScroll {
  readonly element: RefObject<HTMLDivElement | null>;
  readonly area: ScrollArea;
  readonly viewWidth: number;
  readonly listTop: number;
  readonly scrollLeft: number;
  readonly scrollTo: (listTop: number) => void;
  readonly scrollLeftTo: (scrollLeft: number) => void;
}

const LINE_PX = 40;
/** A browser rounds what it is told to scroll to. */
const ROUNDED_PX = 1;

/**
 * Where a list of rows of one height is scrolled to. Lists that are too high for a browser's element are scrolled by
 * share with the scroll bar, and by their own pixels with a wheel, so that no row is jumped over.
 */
export function useGridScroll({ rows, rowPx, headerPx }: GridScrollOptions): GridScroll {
  const element = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [place, setPlace] = useState({ listTop: 0, scrollLeft: 0 });
  const area: ScrollArea = { listPx: rows * rowPx, viewPx: Math.max(0, size.height - headerPx) };
  const latest = useRef({ area, place, told: -1 });
  latest.current.area = area;
  latest.current.place = place;

  const move = useCallback((listTop: number) => {
    const { current } = latest;
    const top = clampTop(current.area, listTop);
    const { current: box } = element;
    current.place = { ...current.place, listTop: top };
    if (box !== null) {
      box.scrollTop = scrollTopOf(current.area, top);
      current.told = box.scrollTop;
    }
    setPlace(current.place);
  }, []);

  useLayoutEffect(() => {
    const { current: box } = element;
    if (box === null) return;
    const measure = () => setSize({ width: box.clientWidth, height: box.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const { current: box } = element;
    if (box === null) return;
    const onScroll = () => {
      const { current } = latest;
      const { scrollTop, scrollLeft } = box;
      const own = Math.abs(scrollTop - current.told) <= ROUNDED_PX;
      current.told = -1;
      const listTop = own ? current.place.listTop : listTopOf(current.area, scrollTop);
      current.place = { listTop, scrollLeft };
      setPlace(current.place);
    };
    const onWheel = (event: WheelEvent) => {
      const { area: now, place: at } = latest.current;
      if (
        !isScaled(now) ||
        event.ctrlKey ||
        event.shiftKey ||
        Math.abs(event.deltaX) > Math.abs(event.deltaY)
      )
        return;
      const unit = [1, LINE_PX, now.viewPx][event.deltaMode] ?? 1;
      const listTop = clampTop(now, at.listTop + event.deltaY * unit);
      if (listTop === at.listTop) return;
      event.preventDefault();
      move(listTop);
    };
    box.addEventListener("scroll", onScroll, { passive: true });
    box.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      box.removeEventListener("scroll", onScroll);
      box.removeEventListener("wheel", onWheel);
    };
  }, [move]);

  const { listPx, viewPx } = area;
  // Another list, or another size: what was at the top stays, as far as it is there.
  useLayoutEffect(() => {
    const { current } = latest;
    const listTop = clampTop({ listPx, viewPx }, current.place.listTop);
    if (viewPx > 0 && listTop !== current.place.listTop) move(listTop);
  }, [listPx, viewPx, move]);

  return {
    element,
    area,
    viewWidth: size.width,
    ...place,
    listTop: clampTop(area, place.listTop),
    scrollTo: move,
    scrollLeftTo: (scrollLeft) => {
      if (element.current !== null) element.current.scrollLeft = scrollLeft;
    },
  };
}
