// Monaco's workers. WORKERS is filled in by build.mjs: the address of each worker's file.

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(WORKERS[label] ?? WORKERS.editor),
};
