const SCRIPTS = [
  '<script>window.__hit = 1</script>',
  '<img src=x onerror="window.__hit = 1">',
  '<svg onload="window.__hit = 1"></svg>',
  '<iframe srcdoc="<script>parent.__hit = 1</script>"></iframe>',
  '<a href="javascript:window.__hit = 1">go</a>',
  '<style>@import "https://evil.example/a.css";</style>',
  '<link rel=stylesheet href="https://evil.example/a.css">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
  '<base href="https://evil.example/">',
  '<form action="https://evil.example/"><button>Send</button></form>',
  '<video src="https://evil.example/a.mp4" autoplay></video>',
  '<object data="https://evil.example/a"></object>',
  '<math><mtext><table><mglyph><style><img src=x onerror="window.__hit = 1">',
  '<details open ontoggle="window.__hit = 1">x</details>',
  '<input autofocus onfocus="window.__hit = 1">',
];
const LINKS = [
  '![](https://evil.example/a.png)',
  '![x](data:image/svg+xml,<svg onload="window.__hit = 1"/>)',
  '[go](javascript:window.__hit=1)',
  '[go](java\tscript:window.__hit=1)',
  '[go](data:text/html,<script>window.__hit=1</script>)',
  '[go]: javascript:window.__hit=1\n[go]',
  '<javascript:window.__hit=1>',
  '<https://evil.example/>',
  '[![](https://evil.example/a.png)](https://evil.example/)',
  '![a][b]\n\n[b]: https://evil.example/a.png "t"',
];
/** What a payload may hide in, or break out of. */
const AROUND: readonly ((payload: string) => string)[] = [
  (payload) => payload,
  (payload) => `*${payload}*`,
  (payload) => `“${payload}`,
  (payload) => `\`${payload}\``,
  (payload) => `\`\`\`html\n${payload}\n\`\`\``,
  (payload) => `\`\`\`"><img src=x onerror=a>\n${payload}`,
  (payload) => `> - 1. # ${payload}`,
  (payload) => `<think>\n${payload}\n</think>\n\nWell.`,
  (payload) => `&lt;${payload}&gt; &#60;script&#62;`,
  (payload) => `\\${payload}`,
  (payload) => `${payload}\u202E\u0000\uFFFD`,
  (payload) => `**_~~"${payload}"~~_**`,
];

/** Markdown and HTML that would run, load or lead away, where somebody drew it as such. */
export const HOSTILE_MARKDOWN: readonly string[] = [...SCRIPTS, ...LINKS].flatMap((payload) =>
  AROUND.map((around) => around(payload)),
);
