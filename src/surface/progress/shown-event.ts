import { redactURLs } from '../../core/redact.ts';
import type { BuildEvent } from './events.ts';

/** An event as readers get it: without the passwords of URLs. Output of steps is theirs alone. */
export function shownEvent(event: BuildEvent): BuildEvent {
  switch (event.kind) {
    case 'step':
      return { ...event, name: redactURLs(event.name) };
    case 'progress':
      return { ...event, id: redactURLs(event.id) };
    case 'warning':
      return { ...event, message: redactURLs(event.message) };
    case 'activity':
      return { ...event, detail: redactURLs(event.detail) };
    case 'started':
    case 'cached':
    case 'done':
    case 'failed':
    case 'canceled':
    case 'log':
      return event;
    default:
      return event satisfies never;
  }
}
