const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function validate(id: string): boolean {
  return FORM.test(id);
}

export const v4 = { generate: () => crypto.randomUUID(), validate };
