namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>Packages of a Debian suite, from the mirror that this machine's apt has, unpacked beside the system. Nothing is
/// installed.</summary>
internal static class DebianPackages
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <returns>The folder that holds the packages' files.</returns>
    public static async Task<string> UnpackAsync(string suite, params string[] packages)
    {
        string home = Path.Combine(Path.GetTempPath(), "nodeforge-end-to-end", suite);
        string files = Path.Combine(home, string.Join('+', packages));
        if (Directory.Exists(files))
            return files;
        string[] options = await PrepareAptAsync(home, suite);
        string unpacked = files + ".part";
        if (Directory.Exists(unpacked))
            Directory.Delete(unpacked, recursive: true);
        Directory.CreateDirectory(unpacked);
        await HostCommand.RunAsync("apt-get", [.. options, "download", .. packages], unpacked);
        foreach (string package in Directory.GetFiles(unpacked, "*.deb"))
            await HostCommand.RunAsync("dpkg-deb", ["-x", package, unpacked]);
        Directory.Move(unpacked, files);
        return files;
    }

    private static async Task<string[]> PrepareAptAsync(string home, string suite)
    {
        foreach (string folder in new[] { "lists/partial", "cache/archives/partial" })
            Directory.CreateDirectory(Path.Combine(home, folder));
        string sources = Path.Combine(home, "sources.list"),
            status = Path.Combine(home, "status");
        await File.WriteAllTextAsync(sources, $"deb [signed-by={Keyring}] {await MirrorAsync()} {suite} main\n");
        await File.WriteAllTextAsync(status, "");
        string[] options =
        [
            "-o",
            $"Dir::Etc::sourcelist={sources}",
            "-o",
            "Dir::Etc::sourceparts=-",
            "-o",
            $"Dir::State::lists={home}/lists",
            "-o",
            $"Dir::State::status={status}",
            "-o",
            $"Dir::Cache={home}/cache",
            "-o",
            "APT::Sandbox::User=root",
            "-o",
            "Acquire::Languages=none",
        ];
        await HostCommand.RunAsync("apt-get", [.. options, "update"]);
        return options;
    }

    private static async Task<string> MirrorAsync()
    {
        string targets = await HostCommand.RunAsync(
            "apt-get",
            ["indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages", "Origin: Debian", "Component: main"]
        );
        return targets
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split(' '))
            .First(static target => !target[1].Contains('-', StringComparison.Ordinal))[0];
    }
}
