import { join } from 'node:path';
import { chromium, expect, type Browser, type Locator, type Page } from '@playwright/test';
import type { editor } from 'monaco-editor/editor';
import type { ChapterController } from '../../renderer/chapter/controller.ts';
import {
  connect,
  ROOT,
  serve,
  temporaryFolder,
  type Connection,
  type ServeOptions,
  type Server,
} from '../helpers/server.ts';

const SCREENS = join(ROOT, 'out/screens');

/** `args`: more of Chromium's own. */
export const launch = (args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['PAPHOS_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...args,
    ],
  });

const MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';

/** The element of a page of the manuscript, with what tests see of it. */
export interface ManuscriptHost extends HTMLElement {
  __paphosManuscript: {
    editor: editor.IStandaloneCodeEditor;
    controller: ChapterController;
    commands: () => string[];
  };
}

/** Works on the editor of a page, in the page. */
export async function inEditor<T, A>(
  page: Page,
  work: (view: editor.IStandaloneCodeEditor, argument: A) => T,
  argument?: A,
): Promise<Awaited<T>> {
  const handle = await page.evaluateHandle(() => {
    for (const element of document.querySelectorAll('*'))
      if ('__paphosManuscript' in element) return (element as ManuscriptHost).__paphosManuscript.editor;
    throw new Error('no manuscript on the page');
  });
  return await handle.evaluate<Awaited<T>>(work as never, argument as never);
}

/** The studio as a person sees it: a server of its own and a page in Chromium. */
export class StudioPage {
  server: Server;
  page: Page;
  readonly data: string;
  readonly violations: string[] = [];
  private readonly options: Partial<ServeOptions>;

  private constructor(server: Server, page: Page, data: string, options: Partial<ServeOptions>) {
    this.server = server;
    this.page = page;
    this.data = data;
    this.options = options;
    this.listenTo(page);
  }

  private listenTo(page: Page): void {
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text()))
        this.violations.push(message.text());
    });
    // A page that holds what is not saved asks before it is left.
    page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
    page.on('pageerror', (error) => this.violations.push(String(error)));
  }

  /** Waits for nothing but the page. */
  static async start(
    browser: Browser,
    options: Partial<ServeOptions> & {
      viewport?: { width: number; height: number };
      colorScheme?: 'light' | 'dark';
      /** On a screen that is touched, without a mouse. */
      touch?: boolean;
      /** In a browser that takes itself for one on a Mac. */
      mac?: boolean;
      /** Where the page finds the server, if not at its own address. */
      through?: (server: Server) => Promise<string>;
    } = {},
  ): Promise<StudioPage> {
    const data = options.data ?? temporaryFolder('browser');
    const server = await serve({ ...options, data });
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1440, height: 900 },
      colorScheme: options.colorScheme ?? 'light',
      hasTouch: options.touch ?? false,
      isMobile: options.touch ?? false,
      ...(options.mac === true ? { userAgent: MAC } : {}),
    });
    if (options.mac === true)
      await context.addInitScript(() => Object.defineProperty(navigator, 'platform', { value: 'MacIntel' }));
    const studio = new StudioPage(server, await context.newPage(), data, options);
    await studio.page.goto((await options.through?.(server)) ?? server.url);
    return studio;
  }

  static async open(...start: Parameters<typeof StudioPage.start>): Promise<StudioPage> {
    const studio = await StudioPage.start(...start);
    await studio.ready();
    return studio;
  }

  /** Ends the process of the page, as a crash does. */
  async crashPage(): Promise<void> {
    const devtools = await this.page.context().newCDPSession(this.page);
    const crashed = this.page.waitForEvent('crash');
    // No answer comes from a process that has ended.
    devtools.send('Page.crash').catch(() => undefined);
    await crashed;
  }

  /** Another page comes where the crashed one was. */
  async comeBack(): Promise<void> {
    const { origin } = new URL(this.page.url());
    const gone = this.page;
    this.page = await gone.context().newPage();
    this.listenTo(this.page);
    await gone.close();
    await this.page.goto(`${origin}/`);
  }

  /** Starts the server again where it was, after its end. */
  async startAgain(): Promise<void> {
    const { data, options } = this;
    this.server = await serve({ ...options, data, port: this.server.port });
  }

  async ready(): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Manuscript' }).waitFor();
    await this.saved();
  }

  async saved(): Promise<void> {
    await expect(this.page.getByRole('status', { name: 'Saved' })).toHaveText('Saved', { timeout: 15_000 });
  }
  async engineReady(): Promise<void> {
    await expect(this.page.getByRole('status', { name: 'Engine' })).toContainText(/storyteller/i, { timeout: 60_000 });
    await expect(this.button('Reply')).toBeEnabled({ timeout: 60_000 });
  }
  button(name: string) {
    return this.page.getByRole('button', { name, exact: name !== 'Reply' }).first();
  }

  /** The panel of the model, which is one line while all is well. */
  async modelPanel(): Promise<Locator> {
    const panel = this.page.getByRole('region', { name: 'Model' });
    const line = panel.getByRole('button', { name: /^Model/, expanded: false });
    if ((await line.count()) > 0) await line.click();
    return panel;
  }

  /** The manuscript's text, marks included. */
  text(): Promise<string> {
    return this.inEditor((view) => view.getModel()?.getValue() ?? '');
  }
  async caretTo(find: string, side: 'before' | 'after' = 'after'): Promise<void> {
    await this.inEditor(
      (view, [words, where]) => {
        const match = view.getModel()?.findMatches(words, false, false, true, null, false).at(-1);
        if (!match) throw new Error(`"${words}" is not in the manuscript`);
        view.setPosition(where === 'after' ? match.range.getEndPosition() : match.range.getStartPosition());
        view.focus();
      },
      [find, side] as const,
    );
  }

  inEditor<T, A>(work: (view: editor.IStandaloneCodeEditor, argument: A) => T, argument?: A): Promise<Awaited<T>> {
    return inEditor(this.page, work, argument);
  }

  /** A new chapter of the story, open and remembered. */
  async newChapter(client: Connection['client'], storyId: string): Promise<{ id: string; title: string }> {
    const before = await client.chapters.list({ storyId });
    await this.page.evaluate(() => {
      for (const host of document.querySelectorAll('.ms-host')) host.classList.add('left');
    });
    await this.button('New chapter').click();
    await this.page.waitForFunction(() => {
      const hosts = [...document.querySelectorAll('.ms-host')];
      return (
        hosts.length === 1 && hosts.every((host) => '__paphosManuscript' in host && !host.classList.contains('left'))
      );
    });
    const after = await client.chapters.list({ storyId });
    const chapter = after.find(({ id }) => !before.some((old) => old.id === id));
    if (chapter === undefined) throw new Error('no new chapter');
    // A page that is reloaded at once would open the place that was remembered before.
    await expect.poll(async () => JSON.stringify(await client.settings.interface())).toContain(chapter.id);
    return chapter;
  }

  /** From now on the first story's replies go on until they are stopped or full. */
  async longReplies(maxTokens: number): Promise<void> {
    const { client, close } = await this.client();
    const [story] = await client.stories.list();
    const storyId = story?.id ?? '';
    await client.settings.setSampling({
      storyId,
      sampling: { ...(await client.settings.sampling({ storyId })), banEnd: true, maxTokens },
    });
    close();
  }

  async replyEnds(): Promise<void> {
    await expect(this.button('Stop')).toBeHidden({ timeout: 60_000 });
    await expect(this.button('Reply')).toBeVisible();
    await this.saved();
  }

  /** Pictures of the page as it is, at night and in daylight. */
  async picture(name: string): Promise<{ readonly dark: Buffer; readonly light: Buffer }> {
    const take = async (colorScheme: 'dark' | 'light'): Promise<Buffer> => {
      await this.page.emulateMedia({ colorScheme });
      await expect(this.page.locator('html')).toHaveAttribute('data-theme', colorScheme === 'dark' ? 'ink' : 'paper');
      return this.page.screenshot({ path: join(SCREENS, `${name}-${colorScheme}.png`), animations: 'disabled' });
    };
    return { dark: await take('dark'), light: await take('light') };
  }

  /** A second way in, to look at what is stored. */
  async client(): Promise<Connection> {
    const cookies = await this.page.context().cookies();
    return connect(this.server, cookies.map((cookie) => `${cookie.name}=${cookie.value}`).join('; '));
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await this.server.stop();
  }
}
