import { Hits } from './hits.ts';

/** What a search found. */
export interface Found {
  readonly hits: Hits;
  /** What each hit is to become, where an expression says so by this template. */
  readonly replaced: { readonly template: string; readonly texts: readonly string[] } | null;
  /** Why nothing can be found. */
  readonly fault: string | null;
}

/** A text that keeps changing is searched so often before something is done with what was found. */
const TRIES = 5;

/** What was found, and whether it is what text and query are now. */
export class FreshHits {
  private known: Found = { hits: Hits.NONE, replaced: null, fault: null };
  private stale = true;
  /** Grows with everything that changes what there is to find. */
  private asked = 0;
  private searching: { readonly template: string | null; readonly end: Promise<void> } | null = null;
  private readonly search: (template: string | null) => Promise<Found | null>;
  private readonly onKnown: () => void;

  /** `search`: null where another one began meanwhile. */
  constructor(search: (template: string | null) => Promise<Found | null>, onKnown: () => void) {
    this.search = search;
    this.onKnown = onKnown;
  }

  get found(): Found {
    return this.known;
  }
  get isStale(): boolean {
    return this.stale;
  }

  outdate(): void {
    this.asked++;
    this.stale = true;
    this.searching = null;
  }

  /** False where the hits cannot be known. `template`: what they are to become. */
  async look(template: string | null = null): Promise<boolean> {
    for (let tries = 0; !this.knows(template) && tries < TRIES; tries++) {
      // Who only looks is content with any search; a template is that of its own.
      if (this.searching === null || (template !== null && this.searching.template !== template))
        this.searching = { template, end: this.begin(template) };
      await this.searching.end;
    }
    return this.knows(template) && this.known.fault === null;
  }

  private knows(template: string | null): boolean {
    const { fault, replaced } = this.known;
    return !this.stale && (template === null || fault !== null || replaced?.template === template);
  }

  private async begin(template: string | null): Promise<void> {
    const { asked } = this;
    const found = await this.search(template);
    if (found === null || asked !== this.asked) return;
    this.known = found;
    this.stale = false;
    this.onKnown();
  }
}
