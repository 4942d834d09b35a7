const KEY = "syncline-project";

/** Of this page, as it was when it was loaded: another tab that goes elsewhere does not take it along. */
let selected = stored();

/** Slug of the project that is looked at; null: the one that the server takes by itself. */
export function selectedProject(): string | null {
  return selected;
}

/** Another project is another world: the page starts anew. */
export function selectProject(slug: string | null): void {
  if (slug === null) forgetProject();
  else localStorage.setItem(KEY, slug);
  location.assign("/");
}

/** As when nobody ever chose one. */
export function forgetProject(): void {
  selected = null;
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing is kept there, then.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
