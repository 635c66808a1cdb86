/** Text models that the bundled engine writes with. What only embeds, hears, speaks or sees is not among them. */
export const ARCHITECTURES: ReadonlySet<string> = new Set([
  'afmoe', 'apertus', 'arcee', 'arctic', 'baichuan', 'bailingmoe', 'bailingmoe2', 'bitnet', 'bloom', 'chatglm', 'codeshell', 'cohere2', 'cohere2moe', 'command-r', 'dbrx', 'deci',
  'deepseek', 'deepseek2', 'deepseek32', 'deepseek4', 'dots1', 'ernie4_5', 'ernie4_5-moe', 'exaone', 'exaone-moe', 'exaone4', 'falcon', 'gemma', 'gemma2', 'gemma3', 'gemma3n', 'gemma4', 'glm-dsa', 'glm4', 'glm4moe',
  'gpt-oss', 'gpt2', 'gptj', 'gptneox', 'granite', 'granitemoe', 'grok', 'grovemoe', 'hunyuan-dense', 'hunyuan-moe', 'hy_v3', 'internlm2', 'jais', 'jais2', 'laguna', 'llama', 'llama4', 'maincoder', 'mellum',
  'mimo2', 'minicpm', 'minicpm3', 'minimax-m2', 'minimax-m3', 'mistral3', 'mistral4', 'mpt', 'nanbeige', 'nemotron', 'olmo', 'olmo2', 'olmoe', 'openelm', 'orion', 'pangu-embedded', 'phi2', 'phi3', 'phimoe',
  'plamo', 'plm', 'qwen', 'qwen2', 'qwen2moe', 'qwen2vl', 'qwen3', 'qwen3moe', 'qwen3vl', 'qwen3vlmoe', 'refact', 'seed_oss', 'smallthinker', 'smollm3', 'stablelm', 'starcoder', 'starcoder2', 'step35', 'xverse',
  ...['falcon-h1', 'granitehybrid', 'jamba', 'kimi-linear', 'lfm2', 'lfm2moe', 'nemotron_h', 'nemotron_h_moe', 'plamo2', 'plamo3', 'qwen3next', 'qwen35', 'qwen35moe'],
]);
