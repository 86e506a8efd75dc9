namespace NodeForge.Abstractions.Tests;

public sealed class DiagnosticTests
{
    private static readonly ErrorCode Code = ErrorCodes.InvalidCommandLine;

    [Fact]
    public void It_reads_as_code_what_where_got_and_want_and_how_to_mend_it()
    {
        Diagnostic diagnostic = new(Code, "unknown key 'kubernets'")
        {
            Where = new("node.yaml", 4, 1),
            Got = "kubernets",
            Want = "kubernetes",
            Hint = "correct the key",
        };

        Assert.Equal(
            "NF9002: unknown key 'kubernets' · node.yaml:4:1 · got kubernets, want kubernetes · correct the key",
            diagnostic.ToString()
        );
    }

    [Fact]
    public void Parts_that_are_not_known_are_left_out()
    {
        Assert.Equal("NF9002: it broke", new Diagnostic(Code, "it broke").ToString());
    }

    [Fact]
    public void A_terminal_escape_in_a_foreign_name_is_printed_as_text()
    {
        Assert.Equal(@"NF9002: entry 'a\x1b[31mb'", new Diagnostic(Code, "entry 'a\x1b[31mb'").ToString());
    }

    [Fact]
    public void An_exception_is_what_its_first_diagnostic_is()
    {
        NodeForgeException failure = new([new Diagnostic(Code, "one"), new Diagnostic(ErrorCodes.Bug, "two")]);
        Assert.True(failure.Is(Code) && failure.Is(ErrorCodes.Bug, Code));
        Assert.False(failure.Is(ErrorCodes.Bug) || failure.Is());
    }

    [Fact]
    public void An_exception_ends_the_process_with_the_code_of_its_first_diagnostic()
    {
        NodeForgeException failure = new([new Diagnostic(Code, "one"), new Diagnostic(ErrorCodes.Bug, "two")]);
        Assert.Equal(ExitCode.Usage, failure.ExitCode);
        Assert.Equal($"NF9002: one{Environment.NewLine}NF9001: two", failure.Message);
    }
}
