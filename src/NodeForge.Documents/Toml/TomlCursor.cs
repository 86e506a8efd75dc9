namespace NodeForge.Documents.Toml;

/// <summary>A place in a TOML text, and the steps that every part of its grammar takes.</summary>
internal sealed class TomlCursor(string text)
{
    public const char End = '\0';

    private int position;

    public bool AtEnd => position >= text.Length;

    /// <summary>The character here; <see cref="End"/> after the last.</summary>
    public char Here => At(0);

    public char At(int offset) => position + offset < text.Length ? text[position + offset] : End;

    public bool Begins(string word) => string.CompareOrdinal(text, position, word, 0, word.Length) == 0;

    public char Take()
    {
        if (AtEnd)
            throw Refuse("the text ends too early");
        char taken = text[position++];
        // A NUL is no End.
        if (taken != '\t' && taken != '\n' && taken != '\r' && (taken < ' ' || taken == '\x7f'))
            throw Refuse("a control character has to be escaped");
        return taken;
    }

    public void Skip(int count) => position += count;

    public bool TryTake(char wanted)
    {
        if (AtEnd || Here != wanted)
            return false;
        position++;
        return true;
    }

    public void Expect(char wanted)
    {
        if (!TryTake(wanted))
            throw Refuse($"'{wanted}' is missing");
    }

    /// <summary>The longest run of such characters.</summary>
    public string TakeWhile(Func<char, bool> suits)
    {
        int begin = position;
        while (!AtEnd && suits(Here))
            position++;
        return text[begin..position];
    }

    public void SkipBlanks() => TakeWhile(character => character is ' ' or '\t');

    /// <summary>Blanks, comments and line ends.</summary>
    public void SkipLines()
    {
        do
            SkipBlanks();
        while (TrySkipComment() | TrySkipLineEnd());
    }

    /// <summary>What has to follow a key and its value, or a header: nothing more on the line.</summary>
    public void ExpectLineEnd()
    {
        SkipBlanks();
        TrySkipComment();
        if (!AtEnd && !TrySkipLineEnd())
            throw Refuse("the line has more than one thing");
    }

    public bool TrySkipLineEnd()
    {
        if (Begins("\r\n"))
            position++;
        return TryTake('\n');
    }

    public TomlException Refuse(string what)
    {
        string before = text[..Math.Min(position, text.Length)];
        int line = before.Count(character => character == '\n') + 1;
        return new(what, line, before.Length - before.LastIndexOf('\n'));
    }

    private bool TrySkipComment()
    {
        if (Here != '#')
            return false;
        while (!AtEnd && Here is not '\n' && !Begins("\r\n"))
            Take();
        return true;
    }
}
