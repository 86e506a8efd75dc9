using System.Collections;
using System.Diagnostics;
using System.Net;

namespace NodeForge;

/// <summary>The machine and the user that the house works for, as a front end hands them in, once.</summary>
/// <remarks>Libraries ask the process for none of it, so that two of them in one process do not mix.</remarks>
public sealed record HostEnvironment
{
    /// <summary>The environment's variables. The programs that are started see these and no others.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Absolute: where the relative paths that a user gives begin.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>The user's home folder, absolute; empty where he has none.</summary>
    public required string Home { get; init; }

    /// <summary>This machine's time.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Whether the process may enter a root file system of its own.</summary>
    public bool IsRoot { get; init; }

    /// <summary>The proxies that the variables name: http_proxy, https_proxy, all_proxy and no_proxy, in either case.</summary>
    public IWebProxy Proxies => new HostProxies(Variable);

    /// <summary>What the process was started with, as it is now. For front ends: nobody else asks the process.</summary>
    public static HostEnvironment FromProcess()
    {
#pragma warning disable RS0030 // The one file that asks the process.
        return new()
        {
            Variables = Environment
                .GetEnvironmentVariables()
                .Cast<DictionaryEntry>()
                .ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value!, StringComparer.Ordinal),
            WorkingFolder = WorkingFolderOfProcess(),
            Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            Clock = TimeProvider.System,
            IsRoot = Environment.IsPrivilegedProcess,
        };
#pragma warning restore RS0030
    }

    // Somebody may have removed it; what names no relative path works all the same.
    private static string WorkingFolderOfProcess()
    {
        try
        {
#pragma warning disable RS0030
            return Environment.CurrentDirectory;
#pragma warning restore RS0030
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "/";
        }
    }

    /// <summary>A variable's value; null where it is not set, or empty.</summary>
    public string? Variable(string name) => Variables.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>The same host with a variable of another value; null takes it out.</summary>
    public HostEnvironment With(string name, string? value)
    {
        Dictionary<string, string> variables = new(Variables, StringComparer.Ordinal);
        if (value is null)
            variables.Remove(name);
        else
            variables[name] = value;
        return this with { Variables = variables };
    }

    /// <summary>Where temporary files go: TMPDIR, else <c>/tmp</c>; absolute.</summary>
    public string TemporaryFolder => Resolve(Variable("TMPDIR") ?? "/tmp");

    /// <summary>A path as its user means it, absolute.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, WorkingFolder);

    /// <summary>Finds a program in the absolute folders of PATH.</summary>
    /// <returns>An absolute path; null where there is no such program.</returns>
    public string? FindProgram(string program) => ProgramSearch.Find(program, Variable("PATH"));

    /// <summary>Gives a program that is started this host's variables, in place of the process's, and its working folder.</summary>
    /// <remarks>Of PATH it gets the absolute folders alone: what it starts in its turn does not come out of the folder that the user
    /// happens to be in.</remarks>
    public void Apply(ProcessStartInfo start)
    {
        start.Environment.Clear();
        foreach ((string name, string value) in Variables)
            start.Environment[name] = name == "PATH" ? ProgramSearch.Absolute(value) : value;
        if (start.WorkingDirectory.Length == 0)
            start.WorkingDirectory = WorkingFolder;
    }
}
