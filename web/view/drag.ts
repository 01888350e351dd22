/** Dragging one element onto another with any pointer. The keyboard has the Migrate button. */
import type { Attachment } from 'svelte/attachments';

export interface DragOptions {
  readonly active: () => boolean;
  /** Where a drop counts. */
  readonly target: () => Element | null;
  readonly onmove: (offset: { x: number; y: number; over: boolean } | null) => void;
  readonly ondrop: () => void;
}

export function draggable(options: DragOptions): Attachment<HTMLElement> {
  return (node) => {
    let start: { x: number; y: number; pointer: number } | null = null;

    const isOver = (event: PointerEvent) => {
      const box = options.target()?.getBoundingClientRect();
      if (!box) return false;
      return (
        event.clientX >= box.left &&
        event.clientX <= box.right &&
        event.clientY >= box.top &&
        event.clientY <= box.bottom
      );
    };
    const down = (event: PointerEvent) => {
      if (!options.active() || event.button !== 0) return;
      start = { x: event.clientX, y: event.clientY, pointer: event.pointerId };
      node.setPointerCapture(event.pointerId);
      options.onmove({ x: 0, y: 0, over: false });
      event.preventDefault();
    };
    const move = (event: PointerEvent) => {
      if (start?.pointer !== event.pointerId) return;
      options.onmove({ x: event.clientX - start.x, y: event.clientY - start.y, over: isOver(event) });
    };
    const up = (event: PointerEvent) => {
      if (start?.pointer !== event.pointerId) return;
      start = null;
      options.onmove(null);
      if (event.type === 'pointerup' && isOver(event)) options.ondrop();
    };
    const handlers = [
      ['pointerdown', down],
      ['pointermove', move],
      ['pointerup', up],
      ['pointercancel', up],
    ] as const;
    for (const [type, handler] of handlers) node.addEventListener(type, handler);
    return () => {
      for (const [type, handler] of handlers) node.removeEventListener(type, handler);
    };
  };
}
