using NodeForge;
using NodeForge.Cli;
using NodeForge.Cli.Commands;
using NodeForge.Cli.Rendering;

Terminal.Prepare();
using Interruption interruption = Interruption.Listen();
#pragma warning disable RS0030 // A front end makes the host; everybody else is handed it.
HostEnvironment host = HostEnvironment.FromProcess();
#pragma warning restore RS0030
return await CommandTree.RunAsync(args, new FrontEnd(host, Terminal.OfThisProcess(host), interruption));
