using System.Security.Cryptography;
using System.Text;
using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Processes;
using NodeForge.Oci.Content;

namespace NodeForge.Images.Debian.Apt;

/// <summary>An apt of our own: own sources, lists, cache and package state in a folder of the cache. It never looks at the machine's
/// packages, and needs no rights.</summary>
internal sealed class AptRoot
{
    private const string EmptyStatus = "status";

    private readonly ProgramRunner runner;

    private AptRoot(ProgramRunner runner, DebianRepository repository, string folder)
    {
        this.runner = runner;
        Repository = repository;
        Folder = folder;
    }

    public DebianRepository Repository { get; }

    public string Folder { get; }

    /// <summary>Names the folder of a repository: the same sources, the same lists.</summary>
    public static string KeyOf(DebianRepository repository, DebianMirrors mirrors)
    {
        byte[] sources = Encoding.UTF8.GetBytes(string.Join('\n', repository.SourceLines(mirrors)));
        return $"{repository.Suite}-{repository.Architecture}-{Convert.ToHexStringLower(SHA256.HashData(sources))[..16]}";
    }

    /// <summary>Brings a folder's package lists up to date; the caller holds the lock.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KeyringMissing"/>, <see cref="ErrorCodes.ProgramMissing"/>,
    /// <see cref="ErrorCodes.ArchiveSignatureInvalid"/>,
    /// <see cref="ErrorCodes.ArchiveIndexUnavailable"/>, or the mirror is not known.</exception>
    public static async Task<AptRoot> OpenAsync(
        DebianRepository repository,
        string folder,
        DebianMirrors mirrors,
        ProgramRunner runner,
        CancellationToken cancellationToken
    )
    {
        if (!File.Exists(repository.Keyring))
            throw NoKeyring(
                repository,
                "is not there",
                "install it: apt-get install debian-archive-keyring, or name the keyring in the recipe"
            );
        if (repository.Keyring.Any(c => char.IsWhiteSpace(c) || c is '[' or ']' or ',' or '#'))
            throw NoKeyring(repository, "has a path that apt takes apart", "move it to a path without blanks, brackets and commas");
        string[] sources = [.. repository.SourceLines(mirrors)];
        AptRoot root = new(runner, repository, folder);
        using ForgeStep step = runner.Reporter.Step(
            $"update package lists of {repository.Suite} ({(repository.Type == "deb" ? repository.Architecture : "sources")})"
        );
        await root.WriteFilesAsync(sources, cancellationToken).ConfigureAwait(false);
        await root.UpdateAsync(cancellationToken).ConfigureAwait(false);
        step.Finish();
        return root;
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Runs one of apt's programs in this root, any exit code.</summary>
    public Task<ProgramResult> TryAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        runner.TryAsync(Call(program, arguments), cancellationToken);

    public Task<ProgramResult> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        runner.RunAsync(Call(program, arguments), cancellationToken);

    public ProgramCall Call(string program, IReadOnlyList<string> arguments) =>
        new(program, arguments)
        {
            Package = program == "dpkg-deb" ? "dpkg" : "apt",
            // Ten thousand packages are 2 MB of simulation.
            OutputLimit = 32 << 20,
            Environment = new Dictionary<string, string?>
            {
                ["APT_CONFIG"] = PathOf("apt.conf"),
                ["LC_ALL"] = "C",
                ["TMPDIR"] = null,
            },
        };

    /// <summary>The newest date in the suites' InRelease files, in seconds since 1970; null when none says it.</summary>
    public long? NewestDate() => Directory.GetFiles(PathOf("lists"), "*_InRelease").Select(ReleaseDate.Read).Max();

    private async Task WriteFilesAsync(string[] sources, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> host = await AptHostSettings.ReadAsync(runner, cancellationToken).ConfigureAwait(false);
        AtomicFile.Guard(
            Folder,
            () =>
            {
                foreach (string folder in (string[])["lists/partial", "cache/archives/partial", "none", "log"])
                    Directory.CreateDirectory(PathOf(folder));
                WriteOwn(PathOf("sources.list"), sources);
                WriteOwn(PathOf(EmptyStatus), []);
                WriteOwn(PathOf("apt.conf"), host.Concat(Configuration()));
                return 0;
            }
        );
    }

    // Addresses of mirrors and proxies may have passwords in them: for this user's eyes. What is there is replaced, whatever its mode, and
    // a link is not followed.
    internal static void WriteOwn(string path, IEnumerable<string> lines)
    {
        File.Delete(path);
        FileStreamOptions own = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using StreamWriter writer = new(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), own);
        foreach (string line in lines)
            writer.WriteLine(line);
    }

    private IEnumerable<string> Configuration() =>
        [
            "Dir::Etc::main \"/dev/null\";",
            $"Dir::Etc::parts \"{PathOf("none")}\";",
            $"Dir::Etc::sourcelist \"{PathOf("sources.list")}\";",
            $"Dir::Etc::sourceparts \"{PathOf("none")}\";",
            "Dir::Etc::preferences \"/dev/null\";",
            $"Dir::Etc::preferencesparts \"{PathOf("none")}\";",
            "Dir::Etc::trusted \"/dev/null\";",
            $"Dir::Etc::trustedparts \"{PathOf("none")}\";",
            $"Dir::State \"{Folder}\";",
            $"Dir::State::lists \"{PathOf("lists")}\";",
            $"Dir::State::status \"{PathOf(EmptyStatus)}\";",
            $"Dir::State::extended_states \"{PathOf("extended_states")}\";",
            $"Dir::Cache \"{PathOf("cache")}\";",
            $"Dir::Log \"{PathOf("log")}\";",
            $"APT::Architecture \"{Repository.Architecture}\";",
            $"APT::Architectures {{ \"{Repository.Architecture}\"; }};",
            // As root apt would fetch as user _apt, which cannot enter a cache in somebody's home.
            "APT::Sandbox::User \"root\";",
            // apt counts itself as essential, whatever the index says; an image is replaced, not upgraded in place. A comma is its empty
            // list.
            "pkgCacheGen::ForceEssential \",\";",
            "APT::Install-Recommends \"false\";",
            "APT::Install-Suggests \"false\";",
            "APT::AutoRemove::RecommendsImportant \"false\";",
            "APT::AutoRemove::SuggestsImportant \"false\";",
            "APT::Get::AllowUnauthenticated \"false\";",
            "Acquire::AllowInsecureRepositories \"false\";",
            "Acquire::AllowDowngradeToInsecureRepositories \"false\";",
            "Acquire::Languages \"none\";",
            "Acquire::ForceHash \"SHA256\";",
            // The index is read twice more here: not compressed.
            "Acquire::GzipIndexes \"false\";",
        ];

    private async Task UpdateAsync(CancellationToken cancellationToken)
    {
        // Without it a mirror that is away leaves yesterday's lists and exit code 0 (apt 2.1.5 and later know it).
        ProgramResult result = await TryAsync("apt-get", ["update", "-o", "APT::Update::Error-Mode=any"], cancellationToken)
            .ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw AptUpdateFailure.Explain(Repository, Call("apt-get", ["update"]), result);
    }

    private static NodeForgeException NoKeyring(DebianRepository repository, string what, string hint) =>
        new(
            new Diagnostic(ErrorCodes.KeyringMissing, $"the keyring for {repository.Suite} {what}")
            {
                Where = new(repository.Keyring),
                Hint = hint,
            }
        );
}
