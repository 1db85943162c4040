// For TypeDoc: pages have the name of their first heading, and one is not repeated below it.
import { Converter } from 'typedoc';

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const [first] = document.content;
    const [heading, title] = /^# (.+)\n/.exec(first?.text ?? '') ?? [];
    if (title === undefined) return;
    document.name = title;
    first.text = first.text.slice(heading.length);
  });
}
