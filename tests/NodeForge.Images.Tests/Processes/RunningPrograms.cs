using System.Collections.Concurrent;
using System.Diagnostics;
using NodeForge.Images.Processes;

namespace NodeForge.Images.Tests.Processes;

public sealed class RunningPrograms : IForgeReporter
{
    private readonly ConcurrentQueue<ForgeEvent> events = new();

    private ProgramRunner Runner => new(HostEnvironment.FromProcess(), this);

    void IForgeReporter.Report(ForgeEvent happened) => events.Enqueue(happened);

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        ProgramResult result = await Runner.RunAsync(new ProgramCall("printf", "%s|", "a b", "'", "$HOME", "*"), CancellationToken.None);
        Assert.Equal("a b|'|$HOME|*|", result.Output);
    }

    [Fact]
    public async Task Both_outputs_are_drained_however_long()
    {
        ProgramResult result = await Runner.RunAsync(
            Shell("head -c 3000000 /dev/zero | tr '\\0' x >&2; head -c 900000 /dev/zero | tr '\\0' y"),
            CancellationToken.None
        );
        Assert.Equal(900_000, result.Output.Length);
        Assert.Equal(1 << 20, result.Error.Length);
    }

    [Fact]
    public async Task Each_line_is_an_event()
    {
        await Runner.RunAsync(Shell("echo one; echo two"), CancellationToken.None);
        Assert.Equal([new ProgramSaid("sh", "one"), new ProgramSaid("sh", "two")], events);
    }

    [Fact]
    public async Task A_failure_tells_command_exit_code_and_the_last_lines()
    {
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Runner.RunAsync(Shell("seq 1 100 >&2; exit 7"), CancellationToken.None)
        );
        Diagnostic told = Assert.Single(failure.Diagnostics);
        Assert.Equal(ErrorCodes.ProgramFailed, told.Code);
        Assert.Equal("sh ended with exit code 7", told.What);
        Assert.Equal("sh -c 'seq 1 100 >&2; exit 7'", told.Where!.Resource);
        Assert.EndsWith("| 99 | 100", told.Got, StringComparison.Ordinal);
        Assert.DoesNotContain("| 80 |", told.Got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_finds_no_space_is_told_as_a_full_disk()
    {
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Runner.RunAsync(Shell("head -c 100 /dev/zero > /dev/full"), CancellationToken.None)
        );
        Diagnostic told = Assert.Single(failure.Diagnostics);
        Assert.Equal(ErrorCodes.DiskFull, told.Code);
        Assert.Contains("No space left on device", told.Got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_program_names_its_package()
    {
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Runner.RunAsync(new ProgramCall("nodeforge-no-such-program") { Package = "some-package" }, CancellationToken.None)
        );
        Assert.Equal(ErrorCodes.ProgramMissing, failure.Diagnostics[0].Code);
        Assert.Contains("apt-get install some-package", failure.Diagnostics[0].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_lies_in_the_current_folder_is_not_run()
    {
        string planted = Path.Combine(Directory.GetCurrentDirectory(), "nodeforge-planted-program");
        await File.WriteAllTextAsync(planted, "#!/bin/sh\necho planted\n");
        File.SetUnixFileMode(planted, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            foreach (string name in (string[])["nodeforge-planted-program", "./nodeforge-planted-program"])
            {
                NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
                    Runner.RunAsync(new ProgramCall(name), CancellationToken.None)
                );
                Assert.Equal(ErrorCodes.ProgramMissing, failure.Diagnostics[0].Code);
            }

            Assert.Empty(events);
        }
        finally
        {
            File.Delete(planted);
        }
    }

    [Fact]
    public async Task A_file_that_may_not_be_executed_is_told_apart_from_a_missing_one()
    {
        string file = Path.GetTempFileName();
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Runner.RunAsync(new ProgramCall(file), CancellationToken.None)
        );
        File.Delete(file);
        Diagnostic told = Assert.Single(failure.Diagnostics);
        Assert.Equal((ErrorCodes.ProgramNotStarted, file), (told.Code, told.Where!.Resource));
        Assert.Contains("Permission denied", told.Got, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("printf 12345678", true)]
    [InlineData("printf 123456789", false)]
    public async Task An_answer_longer_than_its_limit_is_refused_rather_than_read_in_part(string script, bool fits)
    {
        ProgramCall call = Shell(script) with { OutputLimit = 8 };
        if (fits)
        {
            Assert.Equal("12345678", (await Runner.RunAsync(call, CancellationToken.None)).Output);
            return;
        }

        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => Runner.RunAsync(call, CancellationToken.None));
        Assert.Equal(
            (ErrorCodes.ProgramOutputTooLong, "sh said more than 8 characters"),
            (failure.Diagnostics[0].Code, failure.Diagnostics[0].What)
        );
    }

    [Fact]
    public async Task Cancelling_ends_the_whole_tree()
    {
        using CancellationTokenSource cancel = new();
        TaskCompletionSource<int> child = new();
        ProgramRunner runner = new(
            HostEnvironment.FromProcess(),
            new Hearing(line => child.TrySetResult(int.Parse(line, System.Globalization.CultureInfo.InvariantCulture)))
        );
        Task run = runner.RunAsync(Shell("sleep 600 & echo $!; wait"), cancel.Token);
        int pid = await child.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        for (int i = 0; i < 100 && Runs(pid); i++)
            await Task.Delay(20);
        Assert.False(Runs(pid));
    }

    [Fact]
    public async Task A_child_in_the_background_does_not_hold_the_caller_for_ever()
    {
        long began = Stopwatch.GetTimestamp();
        ProgramResult result = await Runner.RunAsync(Shell("sleep 30 & echo done"), CancellationToken.None);
        Assert.Equal("done\n", result.Output);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_program_that_asks_gets_an_end_of_file()
    {
        ProgramResult result = await Runner.RunAsync(Shell("cat; echo end"), CancellationToken.None);
        Assert.Equal("end\n", result.Output);
    }

    [Fact]
    public async Task The_output_can_be_taken_as_a_stream()
    {
        long length = 0;
        ProgramCall call = Shell("head -c 5000000 /dev/zero") with
        {
            Output = async (stream, cancellationToken) =>
            {
                byte[] buffer = new byte[65536];
                for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0; )
                    length += read;
            },
        };
        await Runner.RunAsync(call, CancellationToken.None);
        Assert.Equal(5_000_000, length);
    }

    [Fact]
    public async Task A_reader_that_fails_ends_the_program()
    {
        ProgramCall call = Shell("yes") with { Output = (_, _) => throw new InvalidDataException("enough") };
        await Assert.ThrowsAsync<InvalidDataException>(() => Runner.RunAsync(call, CancellationToken.None));
    }

    [Fact]
    public async Task Secrets_are_in_no_message_and_no_event()
    {
        ProgramCall call = Shell("echo geheim; exit 1") with { Secrets = ["geheim"] };
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => Runner.RunAsync(call, CancellationToken.None));
        Assert.DoesNotContain("geheim", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(events.OfType<ProgramSaid>(), said => said.Line.Contains("geheim", StringComparison.Ordinal));
    }

    private static ProgramCall Shell(string script) => new("sh", "-c", script);

    private static bool Runs(int pid) =>
        File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    private sealed class Hearing(Action<string> line) : IForgeReporter
    {
        void IForgeReporter.Report(ForgeEvent happened)
        {
            if (happened is ProgramSaid said)
                line(said.Line);
        }
    }
}
