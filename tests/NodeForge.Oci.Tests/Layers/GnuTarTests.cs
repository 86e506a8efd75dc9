using System.Diagnostics;
using System.Text;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Tests.Layers;

/// <summary>The system's GNU tar and .NET's own reader agree with us about what is in an archive.</summary>
public sealed class GnuTarTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-tar-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static readonly string LongName = string.Join('/', Enumerable.Repeat(new string('n', 90), 4));

    private static byte[] Layer =>
        Tar.Write(
            Tar.Directory("usr"),
            Tar.Directory("usr/bin"),
            Tar.File("usr/bin/su", "su", 0x9ed, 1_600_000_000),
            Tar.HardLink("usr/bin/sg", "usr/bin/su"),
            Tar.Link("bin", "usr/bin"),
            Tar.Link("long", LongName),
            Tar.File(LongName, "long"),
            Tar.File("Főtanúsítvány", "é"),
            Tar.Directory("tmp", 0x3ff),
            Tar.File("bin-ping", "p", 0x1ed, 0, ("user.test", Encoding.ASCII.GetBytes("a=b-c")))
        );

    [Fact]
    public void It_lists_what_we_wrote()
    {
        string listed = Run("tar", Layer, "--numeric-owner", "--utc", "--full-time", "--quoting-style=escape", "-tvvf", "-");
        string[] lines = listed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("drwxrwxrwt 0/0               0 1970-01-01 00:00:00 tmp/", lines);
        Assert.Contains("-rwsr-xr-x 0/0               2 2020-09-13 12:26:40 usr/bin/sg", lines);
        Assert.Contains("hrwsr-xr-x 0/0               0 2020-09-13 12:26:40 usr/bin/su link to usr/bin/sg", lines);
        Assert.Contains(lines, line => line.EndsWith($"long -> {LongName}", StringComparison.Ordinal));
        Assert.Equal(10, lines.Length);
        Assert.Contains("-rwxr-xr-x* 0/0", Run("tar", Layer, "--xattrs", "-tvvf", "-"), StringComparison.Ordinal);
    }

    [Fact]
    public void It_unpacks_what_we_wrote()
    {
        Run("tar", Layer, "-C", folder, "--no-same-owner", "-xpf", "-");
        Assert.Equal("su", File.ReadAllText(Path.Combine(folder, "bin/su")));
        Assert.Equal("su", File.ReadAllText(Path.Combine(folder, "usr/bin/sg")));
        Assert.Equal("long", File.ReadAllText(Path.Combine(folder, LongName)));
        Assert.Equal("é", File.ReadAllText(Path.Combine(folder, "Főtanúsítvány")));
        Assert.Equal(UnixFileMode.SetUser, File.GetUnixFileMode(Path.Combine(folder, "usr/bin/su")) & UnixFileMode.SetUser);
    }

    [Fact]
    public void The_readers_of_dotnet_see_the_same_entries()
    {
        using System.Formats.Tar.TarReader reader = new(new MemoryStream(Layer));
        List<string> names = [];
        while (reader.GetNextEntry() is { } entry)
            names.Add(entry.Name.TrimEnd('/'));
        Assert.Equal(Tar.Names(Layer), names);
    }

    [Theory]
    [InlineData("v7")]
    [InlineData("oldgnu")]
    [InlineData("gnu")]
    [InlineData("ustar")]
    [InlineData("pax")]
    public void We_read_what_it_wrote(string format)
    {
        string deep = format is "gnu" or "oldgnu" or "pax" ? LongName : "short";
        Directory.CreateDirectory(Path.Combine(folder, Path.GetDirectoryName(deep)!, "d"));
        File.WriteAllText(Path.Combine(folder, deep), "content");
        File.SetUnixFileMode(Path.Combine(folder, deep), (UnixFileMode)0x1a0); // 0640
        File.CreateSymbolicLink(Path.Combine(folder, "link"), deep);
        Run("ln", [], "--", Path.Combine(folder, deep), Path.Combine(folder, "zz"));
        byte[] archive = RunBytes(
            "tar",
            [],
            "-C",
            folder,
            $"--format={format}",
            "--sort=name",
            "--owner=7",
            "--group=8",
            "--mtime=@1600000000.5",
            "-cf",
            "-",
            "."
        );
        Dictionary<string, (TarEntry Entry, byte[] Content)> read = Tar.Read(archive).ToDictionary(e => e.Entry.Path);
        Assert.Equal(TarEntryKind.Directory, read[""].Entry.Kind);
        Assert.Equal((TarEntryKind.SymbolicLink, deep), (read["link"].Entry.Kind, read["link"].Entry.LinkTarget));
        (TarEntry file, byte[] content) = read[deep];
        Assert.Equal((TarEntryKind.File, 0x1a0, 7L, 8L, 1_600_000_000L), (file.Kind, file.Mode, file.Uid, file.Gid, file.ModificationTime));
        Assert.Equal("content"u8.ToArray(), content);
        Assert.Equal((TarEntryKind.HardLink, deep), (read["zz"].Entry.Kind, read["zz"].Entry.LinkTarget));
    }

    [Fact]
    public void A_sparse_file_that_it_wrote_is_refused_by_name()
    {
        using (FileStream file = File.Create(Path.Combine(folder, "sparse")))
            file.SetLength(1 << 20);
        foreach (string format in new[] { "gnu", "pax" })
        {
            byte[] archive = RunBytes("tar", [], "-C", folder, "--sparse", $"--format={format}", "-cf", "-", "sparse");
            Diagnostic fault = Tar.Fault(() => Tar.Read(archive));
            Assert.Equal(ErrorCodes.ArchiveEntryUnsupported, fault.Code);
            Assert.Contains("sparse", fault.What, StringComparison.Ordinal);
        }
    }

    private static string Run(string program, byte[] input, params string[] arguments) =>
        Encoding.UTF8.GetString(RunBytes(program, input, arguments));

    private static byte[] RunBytes(string program, byte[] input, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task feed = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        });
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        feed.Wait();
        Assert.True(process.ExitCode == 0, $"{program}: {errors.Result}");
        return output.ToArray();
    }
}
