// Edge functions get their environment from Supabase; there is no file to load.
export function load(): Promise<Record<string, string>> {
  return Promise.resolve({});
}

export function loadSync(): Record<string, string> {
  return {};
}

export const config = load;
