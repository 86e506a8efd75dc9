namespace NodeForge.Abstractions.Tests;

public sealed class FindingPrograms : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-programs-").FullName;

    public FindingPrograms()
    {
        foreach (string name in (string[])["first/tool", "second/tool", "second/data"])
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
        Plant("second/tool", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Plant("second/data", UnixFileMode.UserRead);
    }

    [Fact]
    public void The_first_absolute_folder_that_has_it_wins()
    {
        Assert.Equal(In("second/tool"), ProgramSearch.Find("tool", $"{In("first")}:{In("second")}"));
        Plant("first/tool", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(In("first/tool"), ProgramSearch.Find("tool", $"{In("first")}:{In("second")}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(":")]
    [InlineData("./:bin:../bin")]
    public void The_current_folder_is_no_folder_of_programs(string path)
    {
        string planted = Path.Combine(Directory.GetCurrentDirectory(), "nf-planted-program");
        File.WriteAllText(planted, "#!/bin/sh\n");
        File.SetUnixFileMode(planted, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.Null(ProgramSearch.Find("nf-planted-program", path));
            Assert.Null(ProgramSearch.Find("./nf-planted-program", path));
            Assert.Equal(In("second/tool"), ProgramSearch.Find("tool", $"{path}:{In("second")}"));
        }
        finally
        {
            File.Delete(planted);
        }
    }

    [Theory]
    [InlineData("data")]
    [InlineData("second")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("no-such-tool")]
    public void What_is_no_file_that_may_be_executed_is_no_program(string name) =>
        Assert.Null(ProgramSearch.Find(name, $"{In("second")}:{folder}"));

    [Fact]
    public void An_absolute_path_is_taken_as_it_is() => Assert.Equal("/nowhere/tool", ProgramSearch.Find("/nowhere/tool", ""));

    [Fact]
    public void Without_a_PATH_the_systems_folders_are_looked_through() =>
        Assert.EndsWith("bin/sh", ProgramSearch.Find("sh", null), StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private void Plant(string name, UnixFileMode mode)
    {
        File.WriteAllText(In(name), "#!/bin/sh\n");
        File.SetUnixFileMode(In(name), mode);
    }
}
