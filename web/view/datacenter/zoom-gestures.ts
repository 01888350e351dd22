/** Wheel with Ctrl, which is also what a pinch on a touchpad sends: so many pixels are one step. */
const STEP_PIXELS = 60;
/** Two fingers: each time their distance has grown or shrunk by a third is one step. */
const STEP_RATIO = 4 / 3;

/** Listens for what asks to see things nearer or farther, and where on the screen. @returns an end to it. */
export function zoomGestures(
  node: HTMLElement,
  onstep: (isNearer: boolean, clientX: number, clientY: number) => void,
): () => void {
  let turned = 0;
  const turn = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    turned += event.deltaY;
    if (Math.abs(turned) < STEP_PIXELS) return;
    onstep(turned < 0, event.clientX, event.clientY);
    turned = 0;
  };

  const fingers = new Map<number, { x: number; y: number }>();
  let apart = 0;
  const put = (event: PointerEvent) => {
    if (event.pointerType === 'touch') fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const move = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId)) return;
    put(event);
    const [a, b] = [...fingers.values()];
    if (!a || !b) return;
    const distance = Math.hypot(a.x - b.x, a.y - b.y);
    if (apart === 0) apart = distance;
    if (distance < apart * STEP_RATIO && distance > apart / STEP_RATIO) return;
    onstep(distance > apart, (a.x + b.x) / 2, (a.y + b.y) / 2);
    apart = distance;
  };
  const lift = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    apart = 0;
  };

  const ends = new AbortController();
  const { signal } = ends;
  node.addEventListener('wheel', turn, { passive: false, signal });
  node.addEventListener('pointerdown', put, { signal });
  node.addEventListener('pointermove', move, { signal });
  node.addEventListener('pointerup', lift, { signal });
  node.addEventListener('pointercancel', lift, { signal });
  return () => ends.abort();
}
