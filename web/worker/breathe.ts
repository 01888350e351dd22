const waiting: (() => void)[] = [];
let channel: MessageChannel | null = null;

/**
 * Lets messages that have arrived be heard: a message to oneself comes after whatever waits already, and no browser delays it like a timer.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else {
      waiting.push(resolve);
      channel ??= openChannel();
      channel.port2.postMessage(null);
    }
  });
}

function openChannel(): MessageChannel {
  const opened = new MessageChannel();
  opened.port1.onmessage = () => waiting.shift()?.();
  return opened;
}
