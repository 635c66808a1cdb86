import { chromium, expect, type Browser, type Page } from '@playwright/test';
import type { editor } from 'monaco-editor/editor';
import { connect, serve, temporaryFolder, type Connection, type ServeOptions, type Server } from '../helpers/server.ts';

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

interface ManuscriptHost extends Element {
  __paphosManuscript: { editor: editor.IStandaloneCodeEditor };
}

/** The studio as a person sees it: a server of its own and a page in Chromium. */
export class StudioPage {
  readonly server: Server;
  readonly page: Page;
  readonly data: string;
  readonly violations: string[] = [];

  private constructor(server: Server, page: Page, data: string) {
    this.server = server;
    this.page = page;
    this.data = data;
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text()))
        this.violations.push(message.text());
    });
    page.on('pageerror', (error) => this.violations.push(String(error)));
  }

  /** Waits for nothing but the page. */
  static async start(
    browser: Browser,
    options: Partial<ServeOptions> & {
      viewport?: { width: number; height: number };
      colorScheme?: 'light' | 'dark';
      /** Where the page finds the server, if not at its own address. */
      through?: (server: Server) => Promise<string>;
    } = {},
  ): Promise<StudioPage> {
    const data = options.data ?? temporaryFolder('browser');
    const server = await serve({ ...options, data });
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1440, height: 900 },
      colorScheme: options.colorScheme ?? 'light',
    });
    const studio = new StudioPage(server, await context.newPage(), data);
    await studio.page.goto((await options.through?.(server)) ?? server.url);
    return studio;
  }

  static async open(...start: Parameters<typeof StudioPage.start>): Promise<StudioPage> {
    const studio = await StudioPage.start(...start);
    await studio.ready();
    return studio;
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

  async inEditor<T, A>(work: (view: editor.IStandaloneCodeEditor, argument: A) => T, argument?: A): Promise<T> {
    const handle = await this.page.evaluateHandle(() => {
      for (const element of document.querySelectorAll('*'))
        if ('__paphosManuscript' in element) return (element as ManuscriptHost).__paphosManuscript.editor;
      throw new Error('no manuscript on the page');
    });
    return (await handle.evaluate(work as never, argument as never)) as T;
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
