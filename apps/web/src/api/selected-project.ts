const KEY = "syncline-project";

/** Slug of the project that is looked at; null: the one that the server takes by itself. */
export function selectedProject(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Another project is another world: the page starts anew. */
export function selectProject(slug: string | null): void {
  if (slug === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, slug);
  location.assign("/");
}
