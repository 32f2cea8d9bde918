/** More fields than any vendor's form has; each costs memory. */
const MOST_FIELDS = 1_000;

type Form = Record<string, string | string[]>;

export type ParsedForm = { ok: true; value: Form } | { ok: false; message: string };

/** Reads the fields of a form; a field that was sent several times becomes a list. */
export function parseForm(body: Buffer): ParsedForm {
  let count = 0;
  // A prototype would make some names special.
  const form = Object.create(null) as Form;
  for (const [name, value] of new URLSearchParams(body.toString())) {
    count += 1;
    if (count > MOST_FIELDS) return { ok: false, message: `The form has more than ${MOST_FIELDS} fields` };
    const earlier = form[name];
    if (earlier === undefined) form[name] = value;
    else if (Array.isArray(earlier)) earlier.push(value);
    else form[name] = [earlier, value];
  }
  return { ok: true, value: form };
}
