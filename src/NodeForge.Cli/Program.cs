using NodeForge.Cli;
using NodeForge.Cli.Rendering;

Terminal.Prepare();
using Interruption interruption = Interruption.Listen();
return await CommandTree.RunAsync(args, Terminal.OfThisProcess(), interruption);
