/** Parts of the page that the first second does not need: files of their own, fetched when the page is quiet or when they are first shown. */
import type { ComponentType } from 'react';
import { lazy, Suspense, useState } from 'react';

const parts: (() => Promise<unknown>)[] = [];

/** A component that is fetched later. Its place is empty until it is there. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  const fetchPart = async () => {
    loaded ??= await load();
    return { default: loaded };
  };
  // React's own type of it has no way to say that it takes the same properties.
  const Lazy = lazy(fetchPart) as unknown as ComponentType<P>;
  parts.push(fetchPart);
  return function Later(props: P) {
    // Chosen once: what is on the page is not taken away and put back when its file has come.
    const [Part] = useState(() => loaded ?? Lazy);
    return (
      <Suspense fallback={null}>
        <Part {...props} />
      </Suspense>
    );
  };
}

/** Fetches all parts, one after the other. One that does not come is asked for again, and told about, where it is shown. */
export async function fetchParts(): Promise<void> {
  for (const fetchPart of parts) await fetchPart().catch(() => null);
}
