import { lostConnection } from './lost-connection.ts';
import { StudioRefusal } from './memory-studio.ts';

/** What becomes of one request: it is lost on the way, refused at the other end, or its answer is lost. */
export type Fate = 'lost' | 'answerLost' | { readonly refused: string };

/** The way between a page and a studio: slow, cut, frozen, refusing. Time is the test's. */
export class FaultyLink {
  /** For the next requests, in order. */
  readonly fates: Fate[] = [];
  travelMs = 5;
  private readonly underway = new Set<(error: unknown) => void>();
  private readonly waiting: (() => void)[] = [];
  private state: 'up' | 'down' | 'frozen' = 'up';

  /** Whatever is under way fails, and nothing gets through until `restore`. */
  cut(): void {
    this.state = 'down';
    const broken = [...this.underway];
    this.underway.clear();
    for (const fail of broken) fail(lostConnection());
  }
  /** Requests and answers come to rest on the way; nobody is told. */
  freeze(): void {
    if (this.state === 'up') this.state = 'frozen';
  }
  restore(): void {
    if (this.state === 'frozen') this.cut();
    this.state = 'up';
    for (const go of this.waiting.splice(0)) go();
  }

  /** One request, by way of this link. `isDone`: what was done before is answered again, and not refused. */
  call<T>(work: () => Promise<T>, isDone = (): boolean => false): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.underway.add(reject);
      const settle = (end: () => void): void => {
        if (this.underway.delete(reject)) end();
      };
      void (async () => {
        await this.pass();
        if (!this.underway.has(reject)) return;
        const fate = this.fates.shift();
        if (fate === 'lost') return settle(() => reject(lostConnection()));
        if (typeof fate === 'object' && !isDone()) return settle(() => reject(new StudioRefusal(fate.refused)));
        const outcome = await work().then(
          (value) => () => resolve(value),
          (error: unknown) => () => reject(error),
        );
        await this.pass();
        if (fate === 'answerLost') return settle(() => reject(lostConnection()));
        settle(outcome);
      })();
    });
  }

  private async pass(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.travelMs));
    while (this.state !== 'up') await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
