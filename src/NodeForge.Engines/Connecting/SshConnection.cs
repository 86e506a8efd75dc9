using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace NodeForge.Engines;

/// <summary>An engine behind ssh: the far <c>docker system dial-stdio</c> joins its standard streams to its engine's socket.</summary>
internal static class SshConnection
{
    public static EngineConnection Open(EngineEndpoint endpoint)
    {
        ProcessStartInfo start = new("ssh") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in Arguments(endpoint.Address))
            start.ArgumentList.Add(argument);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ProgramMissing, "ssh is needed to reach the engine")
            {
                Where = new(endpoint.ToString()),
                Got = failure.Message,
                Mend = "install the package openssh-client",
            }, failure);
        }

        Stream writer = process.StandardInput.BaseStream;
        return new(process.StandardOutput.BaseStream, writer, _ => writer.DisposeAsync(), () => End(process));
    }

    internal static IReadOnlyList<string> Arguments(Uri address)
    {
        // No terminal and no questions: a pass phrase prompt would wait for ever inside a build.
        List<string> arguments = ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30"];
        if (address.UserInfo.Length > 0)
            arguments.AddRange(["-l", Uri.UnescapeDataString(address.UserInfo)]);
        if (address.Port > 0)
            arguments.AddRange(["-p", address.Port.ToString(CultureInfo.InvariantCulture)]);
        arguments.AddRange(["--", address.Host, "docker", "system", "dial-stdio"]);
        return arguments;
    }

    private static void End(Process process)
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
