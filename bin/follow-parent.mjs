// Preloaded into the studio by the bootstrap: a studio whose bootstrap was killed closes in order.
if (process.channel) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
