using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Commands;

/// <summary>What the program was started with, made once from its process and handed to every command.</summary>
/// <param name="Host">The machine and the user.</param>
/// <param name="Terminal">Where results and progress go.</param>
/// <param name="Interruption">Ctrl-C and SIGTERM.</param>
internal sealed record FrontEnd(HostEnvironment Host, Terminal Terminal, Interruption Interruption);
