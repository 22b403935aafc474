/** What a picture's pointers and wheel do: point at an entry, drag, pinch, zoom. */

/** A place on the picture, from 0 to 1. */
export interface Place {
  x: number;
  y: number;
}

export interface Pointing {
  /** The pointer is over this place; null: it has left. */
  onPoint(place: Place | null): void;
  onPan(dx: number, dy: number): void;
  /** Answers whether anything changed: where not, the page scrolls instead. */
  onZoom(factor: number, at: Place): boolean;
  onReset(): void;
}

/** Zoom of one pixel of the wheel. */
const wheelRate = 0.0015;
/** Pixels of a line and of a page, for wheels that count those. */
const wheelUnits = [1, 16, 400];

/** Listens until the answer is called. */
export function listenToPointers(element: HTMLElement, pointing: Pointing): () => void {
  /** Where each pressed pointer is. */
  const pressed = new Map<number, Place>();
  const place = ({ clientX, clientY }: MouseEvent): Place => {
    const box = element.getBoundingClientRect();
    return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
  };

  const wheel = (event: WheelEvent) => {
    const pixels = event.deltaY * (wheelUnits[event.deltaMode] ?? 1);
    // A pinch on a touchpad arrives as a wheel with ctrl, in smaller numbers.
    const factor = Math.exp(-pixels * wheelRate * (event.ctrlKey ? 8 : 1));
    if (pointing.onZoom(factor, place(event)) || event.ctrlKey) event.preventDefault();
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    pressed.set(event.pointerId, place(event));
    element.setPointerCapture(event.pointerId);
    pointing.onPoint(place(event));
  };
  const move = (event: PointerEvent) => {
    const [before, now] = [pressed.get(event.pointerId), place(event)];
    if (!before) return pointing.onPoint(now);
    const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1];
    pressed.set(event.pointerId, now);
    if (other) return pinch(other, before, now, pointing);
    pointing.onPan(now.x - before.x, now.y - before.y);
    pointing.onPoint(now);
  };
  const up = (event: PointerEvent) => {
    pressed.delete(event.pointerId);
  };
  // A finger that is lifted leaves too; what it pointed at stays to be read.
  const leave = ({ pointerType }: PointerEvent) => {
    if (pressed.size === 0 && pointerType !== 'touch') pointing.onPoint(null);
  };
  const reset = () => pointing.onReset();

  const abort = new AbortController();
  const { signal } = abort;
  element.addEventListener('wheel', wheel, { signal, passive: false });
  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener('pointerup', up, { signal });
  element.addEventListener('pointercancel', up, { signal });
  element.addEventListener('pointerleave', leave, { signal });
  element.addEventListener('dblclick', reset, { signal });
  return () => abort.abort();
}

/** One of two fingers moves: by how much they part, about the middle between them. */
function pinch(other: Place, before: Place, now: Place, { onZoom, onPan }: Pointing): void {
  const distance = (a: Place) => Math.hypot(a.x - other.x, a.y - other.y);
  onPan((now.x - before.x) / 2, (now.y - before.y) / 2);
  if (distance(before) > 0) {
    onZoom(distance(now) / distance(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  }
}
